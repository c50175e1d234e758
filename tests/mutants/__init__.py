"""Small bugs put into the product on purpose: the tests must find each of them."""
