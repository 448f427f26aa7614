"""The body that ships with the program, made from the MakeHuman base mesh."""
