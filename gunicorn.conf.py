"""How gunicorn serves the portal; read by itself when gunicorn starts in this folder.

Each worker does one thing at a time. A worker that is silent for `timeout` seconds is taken for hung and killed, and a
worker that works on one request is silent however much it sends: the page of long work (eldercare/uploadpages/working.py)
counts from its first byte. gunicorn's own 30 seconds would cut a sheet of the largest size on a slow machine; what is cut
has written nothing and can be sent again.
"""

wsgi_app = "eldercare.wsgi"
workers = 2
timeout = 180
graceful_timeout = 60
