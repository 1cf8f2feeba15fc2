"""`python -m tijdig.interfaces.worker`: a worker process, on this machine or another."""

from tijdig.interfaces.worker.main import main

main()
