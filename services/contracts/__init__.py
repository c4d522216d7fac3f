"""What the services say to one another: plain data, no behaviour, no frameworks."""
