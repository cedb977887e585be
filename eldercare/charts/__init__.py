"""Charts as SVG made on the server, without script or inline style: one function a kind, numbers in, markup out."""

from eldercare.charts.charts import Part, bar, legend, measure, progress, stacked, trend
from eldercare.charts.plot import Point

__all__ = ["Part", "Point", "bar", "legend", "measure", "progress", "stacked", "trend"]
