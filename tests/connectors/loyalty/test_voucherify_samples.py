"""The samples beside the Voucherify connector."""

import pytest

from connector_samples import Sample, play, samples_of
from connectors.loyalty.voucherify import Voucherify


@pytest.mark.parametrize("sample", samples_of("loyalty", "voucherify"))
def test_a_sample_comes_out_as_it_says(sample: Sample) -> None:
    """Each sample beside the connector is sent and read exactly as written."""
    play(Voucherify, sample)
