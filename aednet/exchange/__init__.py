"""Files in and out: CSV of any making and GeoJSON in; CSV, GeoJSON and OpenStreetMap's XML out."""
