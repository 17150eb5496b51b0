# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# The service's identity and its secrets in {= environment =}. See infra/README.md for the commands.

module "service" {
  source      = "../../modules/service"
  service     = "{= service =}"
  environment = "{= environment =}"
  cluster     = var.cluster
  namespace   = "{= namespace =}"
}
#% if database
{= "" =}
# The address of the database holds its password: the service alone reads it.
data "aws_iam_policy_document" "database" {
  statement {
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = [module.database.secret_arn]
  }
}

resource "aws_iam_role_policy" "database" {
  name   = "database"
  role   = module.service.role
  policy = data.aws_iam_policy_document.database.json
}
#% endif
