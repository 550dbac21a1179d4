"""The samples beside the Alpaca connector."""

import pytest

from connector_samples import Sample, play, samples_of
from connectors.market.alpaca import Alpaca


@pytest.mark.parametrize("sample", samples_of("market", "alpaca"))
def test_a_sample_comes_out_as_it_says(sample: Sample) -> None:
    """Each sample beside the connector is sent and read exactly as written."""
    play(Alpaca, sample)
