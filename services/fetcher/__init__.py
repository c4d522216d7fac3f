"""Source to page to capture: channels are polled, pages visited politely, and what they answer is kept."""
