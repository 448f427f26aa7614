"""Made-up people in clothes and hair that reach beyond the body, and what is true of them."""
