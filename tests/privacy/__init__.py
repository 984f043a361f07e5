"""Personal data: what is erased, what is proven, what is handed over."""
