"""What is said, as text: subtitles and transcripts in all their forms, words made sane, sentences, hesitation. Pure."""
