"""What runs by itself: the jobs on the queue and the clock that starts the day."""
