"""Keeps ad platforms, CRMs and warehouses in step with who a customer is right now."""
