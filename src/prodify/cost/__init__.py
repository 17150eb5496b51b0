"""What a service costs a month, by an offline table of prices: an estimate whose every line says what it assumes."""
