"""Terraform blocks from the syntax tree."""

from __future__ import annotations

from prodify.inventory.terraform import read_blocks

from .conftest import Make

TEXT = """\
# a comment
terraform {
  required_version = ">= 1.9"
  backend "s3" {
    bucket = "state"
  }
}

resource "aws_s3_bucket" "logs" {
  bucket        = "logs-${var.env}"
  force_destroy = true
  size          = 3
  tags = {
    owner = "team"
  }
  versioning {
    enabled = true
  }
}
"""


def test_blocks_attributes_and_lines() -> None:
    terraform, bucket = read_blocks("main.tf", TEXT)
    assert terraform.type == "terraform"
    backend = terraform.block("backend")
    assert backend is not None
    assert (backend.labels, backend.string("bucket")) == (("s3",), "state")
    assert (bucket.kind, bucket.name, bucket.location.line) == ("aws_s3_bucket", "logs", 9)
    assert bucket.string("bucket") is None
    assert (bucket.string("force_destroy"), bucket.string("size")) == ("true", "3")
    assert "owner" in bucket.attributes["tags"]
    assert bucket.attribute_locations["tags"].line == 13
    assert [b.type for b in bucket.walk()] == ["resource", "versioning"]


def test_a_broken_file_gives_what_can_be_read() -> None:
    found = read_blocks("main.tf", TEXT + '\nresource "x" {\n  a = "unterminated\n')
    assert found[1].name == "logs"
    assert [b.location.line for b in found if b.problem is not None] == [21]


def test_variables_files_are_one_block(repo: Make) -> None:
    inventory = repo(
        {"prod.tfvars": 'region = "eu-west-1"\n', "modules/a/main.tf": 'module "x" { source = "./y" }\n', "tests/x.tf": "locals {}\n"}
    )
    module, values = inventory.terraform
    assert (values.type, values.string("region")) == ("tfvars", "eu-west-1")
    assert module.note == "module x"


def test_values_stay_out_of_representations() -> None:
    secret = "hunter" + "2"
    assert secret not in repr(read_blocks("a.tf", f'variable "p" {{ default = "{secret}" }}'))


def test_deep_nesting_ends() -> None:
    assert len(read_blocks("a.tf", "a {\n" * 3000 + "}\n" * 3000)) <= 2
