"""The page of one delta: both arms, where the change comes from, how it can be measured again."""
