"""The samples beside Shopify come out as they say."""

import pytest

from connector_samples import Sample, play, samples_of
from connectors.inventory.shopify import Shopify


@pytest.mark.parametrize("sample", samples_of("inventory", "shopify"))
def test_a_sample_comes_out_as_it_says(sample: Sample) -> None:
    """Each sample is asked, sent and read exactly as it is written."""
    play(Shopify, sample)
