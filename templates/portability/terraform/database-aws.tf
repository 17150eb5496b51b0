# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# The database: private, encrypted, backed up to the minute for two weeks, and protected from deletion.

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
}

variable "cluster" {
  description = "Name of the EKS cluster whose pods reach the database; it stands in the cluster's subnets."
  type        = string
}

variable "instance_class" {
  description = "Size of the machine."
  type        = string
}

variable "disk_gb" {
  description = "GB of disk at the start; it grows by itself up to five times that."
  type        = number
}

variable "standby" {
  description = "Whether a second machine in another zone takes over when the first fails. Doubles the price."
  type        = bool
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

resource "aws_db_instance" "this" {
  identifier     = local.name
  engine         = "{= engine =}"
  engine_version = "{= version =}"
  instance_class = var.instance_class
  db_name        = replace(var.service, "-", "_")
  username       = "app"

  # AWS makes the password, keeps it in Secrets Manager and changes it every week: it never passes through Terraform.
  manage_master_user_password = true

  allocated_storage     = var.disk_gb
  max_allocated_storage = var.disk_gb * 5
  storage_type          = "gp3"
  storage_encrypted     = true
  multi_az              = var.standby

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false

  backup_retention_period    = 14
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

output "endpoint" {
  description = "Address of the database, with its port."
  value       = aws_db_instance.this.endpoint
}

output "secret" {
  description = "Secret that holds its user and password, for DATABASE_URL."
  value       = one(aws_db_instance.this.master_user_secret[*].secret_arn)
}
