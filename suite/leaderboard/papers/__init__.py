"""The board of published figures: what the papers print, next to no measurement of ours."""
