"""``serve``: one process that keeps an environment's memberships up to now and answers calls."""
