"""What starts, supervises and ends the processes of an installation, and what they check before they begin."""
