"""The command line: one module a command; `app` is the one error boundary. Stdout carries data, stderr messages."""
