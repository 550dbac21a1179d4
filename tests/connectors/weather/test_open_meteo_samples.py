"""The samples beside Open-Meteo come out as they say."""

import pytest

from connector_samples import Sample, play, samples_of
from connectors.weather.open_meteo import OpenMeteo


@pytest.mark.parametrize("sample", samples_of("weather", "open_meteo"))
def test_a_sample_comes_out_as_it_says(sample: Sample) -> None:
    """Each sample is asked, sent and read exactly as it is written."""
    play(OpenMeteo, sample)
