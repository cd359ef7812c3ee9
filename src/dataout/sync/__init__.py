"""Make each destination hold what is desired: plan, deliver, record. Safe to stop anywhere."""
