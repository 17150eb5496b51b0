package main

import rego.v1

test_untagged_is_denied if {
  count(deny) == 1 with input as {"resources": [{"name": "a", "tags": {}}]}
}

test_tagged_is_allowed if {
  count(deny) == 0 with input as {"resources": [{"name": "a", "tags": {"service": "web"}}]}
}
