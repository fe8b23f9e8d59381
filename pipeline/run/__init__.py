"""One run, from its lock to the news of it: what is new, which chunks, what each stage keeps."""
