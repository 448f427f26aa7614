"""Commands that measure. Every speed that this project states comes from one of them."""
