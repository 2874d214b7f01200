"""What a language model is told and what it answers: held against the footage, under the limit."""
