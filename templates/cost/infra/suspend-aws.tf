# Written by prodify (recipe suspend); yours to edit, upgrades merge.
# The function that suspends development and staging: what it runs as, what it may do, and what calls it.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
  }
}

variable "service" {
  description = "Name of the service."
  type        = string
}

variable "topic" {
  description = "SNS topic of the shares at which it acts."
  type        = string
}

variable "suspend_percent" {
  description = "Share of the budget, in percent, from which on it acts."
  type        = number
}

variable "apply" {
  description = "Whether it acts; otherwise it only says what it would do."
  type        = bool
  default     = false
}

variable "slack_webhook_url" {
  description = "Address of the Slack webhook, null for no message. Give it as TF_VAR_slack_webhook_url: it is a secret."
  type        = string
  default     = null
  sensitive   = true
}

locals {
  name         = "${var.service}-suspend"
  environments = ["dev", "development", "staging"]
}

data "archive_file" "source" {
  type        = "zip"
  source_dir  = "${path.module}/../../functions/suspend"
  output_path = "${path.root}/.terraform/suspend.zip"
  excludes    = ["__pycache__"]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "suspend" {
  # Looking is allowed everywhere: these calls know no single resource.
  statement {
    actions = [
      "ec2:DescribeInstances",
      "ecs:DescribeServices",
      "ecs:ListClusters",
      "ecs:ListServices",
      "rds:DescribeDBInstances",
      "rds:ListTagsForResource",
    ]
    resources = ["*"]
  }

  # Acting is allowed on what carries the right tag only: production is out of reach, whatever the function does.
  statement {
    actions = [
      "ec2:CreateTags",
      "ec2:DeleteTags",
      "ec2:StartInstances",
      "ec2:StopInstances",
      "ecs:TagResource",
      "ecs:UntagResource",
      "ecs:UpdateService",
      "rds:AddTagsToResource",
      "rds:RemoveTagsFromResource",
      "rds:StartDBInstance",
      "rds:StopDBInstance",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/environment"
      values   = local.environments
    }
  }

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.suspend.arn}:*"]
  }
}

resource "aws_iam_role" "suspend" {
  name               = local.name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "suspend" {
  name   = local.name
  role   = aws_iam_role.suspend.id
  policy = data.aws_iam_policy_document.suspend.json
}

resource "aws_cloudwatch_log_group" "suspend" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 365
}

resource "aws_lambda_function" "suspend" {
  function_name    = local.name
  description      = "Suspends development and staging when the budget is nearly used up."
  role             = aws_iam_role.suspend.arn
  runtime          = "python3.13"
  handler          = "main.main"
  filename         = data.archive_file.source.output_path
  source_code_hash = data.archive_file.source.output_base64sha256
  timeout          = 300
  memory_size      = 256

  environment {
    variables = merge(
      {
        SUSPEND_APPLY   = tostring(var.apply)
        SUSPEND_PERCENT = tostring(var.suspend_percent)
      },
      var.slack_webhook_url == null ? {} : { SLACK_WEBHOOK_URL = var.slack_webhook_url },
    )
  }

  depends_on = [aws_cloudwatch_log_group.suspend]
}

resource "aws_lambda_permission" "budget" {
  statement_id  = "budget"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.suspend.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = var.topic
}

resource "aws_sns_topic_subscription" "budget" {
  topic_arn = var.topic
  protocol  = "lambda"
  endpoint  = aws_lambda_function.suspend.arn
}

# A new month, a new budget: what was suspended comes back.
resource "aws_cloudwatch_event_rule" "resume" {
  name                = "${var.service}-resume"
  schedule_expression = "cron(0 6 1 * ? *)"
}

resource "aws_cloudwatch_event_target" "resume" {
  rule  = aws_cloudwatch_event_rule.resume.name
  arn   = aws_lambda_function.suspend.arn
  input = jsonencode({ action = "resume", cause = "a new month begins" })
}

resource "aws_lambda_permission" "resume" {
  statement_id  = "resume"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.suspend.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.resume.arn
}
