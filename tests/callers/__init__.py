"""The voices of callers: synthetic, by eight speakers none of whom is the hotline's own."""
