"""What leaves by mail: the night's letters and reminders, put together, and the digest, sent."""
