"""Re-ingestions as an operator orders, watches, judges and ends them."""
