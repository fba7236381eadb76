"""What main.py is made of. The name keeps these modules apart from the user's own."""
