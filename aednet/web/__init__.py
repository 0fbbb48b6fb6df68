"""What all pages and the API share: layout, static files, headers, limits, errors, words and figures."""
