"""What is in front of the person: moving, standing, nearer in depth; followed through the clip."""
