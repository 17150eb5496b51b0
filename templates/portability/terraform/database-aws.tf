# Written by prodify (recipe managed-database); yours to edit, upgrades merge.
# The database: private, encrypted, backed up to the minute, and protected from deletion.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
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
}

variable "cluster" {
  description = "Name of the EKS cluster whose pods reach the database; it stands in the cluster's subnets."
  type        = string
}

variable "machine" {
  description = "Size of the machine."
  type        = string
}

variable "disk_gb" {
  description = "GB of disk at the start; it grows by itself up to five times that."
  type        = number
}

variable "connections" {
  description = "Most connections at once; pool x workers x replicas of the service must fit."
  type        = number
}

variable "standby" {
  description = "Whether a second machine in another zone takes over when the first fails. Doubles the price."
  type        = bool
}

variable "secret" {
  description = "Name of the secret that gets the address of the database."
  type        = string
}

variable "password_version" {
  description = "Raise it by one to set a new password."
  type        = number
  default     = 1
}

data "aws_eks_cluster" "this" {
  name = var.cluster
}

locals {
  name    = "${var.service}-${var.environment}"
  network = data.aws_eks_cluster.this.vpc_config[0]
}

resource "aws_db_subnet_group" "this" {
  name       = local.name
  subnet_ids = local.network.subnet_ids
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "The database of ${local.name}: from the pods of the cluster alone."
  vpc_id      = local.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "pods" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = local.network.cluster_security_group_id
  description                  = "Pods of the cluster"
  ip_protocol                  = "tcp"
  from_port                    = {= port =}
  to_port                      = {= port =}
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${local.name}-"
  family      = "{= family =}"

  parameter {
    name         = "max_connections"
    value        = var.connections
    apply_method = "pending-reboot"
  }
#% if engine == "postgres"

  # Nothing speaks to the database in plain text.
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
#% endif

  lifecycle {
    create_before_destroy = true
  }
}

# Made anew on every run and kept nowhere but in the database and the secret; both take it only when password_version changes.
ephemeral "random_password" "service" {
  length  = 32
  special = false
}

resource "aws_db_instance" "this" {
  identifier           = local.name
  engine               = "{= engine =}"
  engine_version       = "{= version =}"
  instance_class       = var.machine
  parameter_group_name = aws_db_parameter_group.this.name
  db_name              = replace(var.service, "-", "_")

  username            = "app"
  password_wo         = ephemeral.random_password.service.result
  password_wo_version = var.password_version

  allocated_storage     = var.disk_gb
  max_allocated_storage = var.disk_gb * 5
  storage_type          = "gp3"
  storage_encrypted     = true
  multi_az              = var.standby

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false

  backup_retention_period    = {= keep_days =}
  backup_window              = "02:00-03:00"
  maintenance_window         = "mon:04:00-mon:05:00"
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true
  deletion_protection        = true
  skip_final_snapshot        = false
  final_snapshot_identifier  = "${local.name}-final"

  # The database's own log is kept where the rest of the logs is.
#% if engine == "postgres"
  enabled_cloudwatch_logs_exports = ["postgresql"]
#% else
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]
#% endif

  lifecycle {
    # It grows by itself.
    ignore_changes = [allocated_storage]
  }
}

resource "aws_secretsmanager_secret" "url" {
  name                    = var.secret
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "url" {
  secret_id                = aws_secretsmanager_secret.url.id
  secret_string_wo_version = var.password_version
  secret_string_wo = format(
    "{= scheme =}://%s:%s@%s/%s{= tls =}",
    aws_db_instance.this.username,
    ephemeral.random_password.service.result,
    aws_db_instance.this.endpoint,
    aws_db_instance.this.db_name,
  )
}

output "secret" {
  description = "Secret that holds the address of the database with its password."
  value       = aws_secretsmanager_secret.url.name
}

output "secret_arn" {
  description = "The same secret, as rights are given to it."
  value       = aws_secretsmanager_secret.url.arn
}
