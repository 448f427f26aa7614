"""The client: a character and a template folder go to a server, a video comes back."""
