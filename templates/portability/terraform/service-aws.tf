# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# What lasts longer than a release: the identity of the service and its secrets. What changes with a release stands in deploy/.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "service" {
  description = "Name of the service."
  type        = string
}

variable "environment" {
  description = "staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment is staging or production."
  }
}

variable "cluster" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "namespace" {
  description = "Namespace of the service in the cluster."
  type        = string
}

data "aws_eks_cluster" "this" {
  name = var.cluster
}

data "aws_iam_openid_connect_provider" "cluster" {
  url = data.aws_eks_cluster.this.identity[0].oidc[0].issuer
}

locals {
  issuer = trimprefix(data.aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
  role   = var.environment == "production" ? var.service : "${var.service}-${var.environment}"
}

# One secret with all settings, a JSON object. Its value never passes through Terraform.
resource "aws_secretsmanager_secret" "settings" {
  name                    = "${var.service}-${var.environment}"
  recovery_window_in_days = 7
}

# The pods' own identity, known to AWS by the cluster: no key exists that could leak.
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [data.aws_iam_openid_connect_provider.cluster.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${var.namespace}:${var.service}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "settings" {
  statement {
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.settings.arn]
  }
}

resource "aws_iam_role" "pods" {
  name               = local.role
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "settings" {
  name   = "settings"
  role   = aws_iam_role.pods.id
  policy = data.aws_iam_policy_document.settings.json
}

output "secret" {
  description = "Secret that holds the settings."
  value       = aws_secretsmanager_secret.settings.name
}

output "role" {
  description = "Role of the pods."
  value       = aws_iam_role.pods.name
}
