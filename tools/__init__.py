"""Programs for those who maintain the project; the pipeline never imports them."""
