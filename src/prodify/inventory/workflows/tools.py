"""Words by which commands and actions are known to test, lint, build, push, deploy or scan.

Programs with their subcommands, and actions, orbs, tasks and templates by name. Kept by hand; a tool that is missing is not recognised.
"""

from __future__ import annotations


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


TESTS = _list(
    "pytest,py.test,unittest,nose2,nosetests,manage.py test,django-admin test,trial,stestr,behave,robot,hatch test,pytest-xdist,jest,"
    "vitest,mocha,ava,tap,tape,jasmine,karma,playwright test,cypress run,react-scripts test,vue-cli-service test:unit,ng test,"
    "node --test,bun test,deno test,wtr,web-test-runner,testcafe,c8,nyc,qunit,uvu,go test,gotestsum,ginkgo,cargo test,cargo nextest,"
    "dotnet test,rspec,rails test,rake test,rake spec,minitest,cucumber,phpunit,pest,artisan test,codecept,swift test,flutter test,"
    "dart test,mix test,sbt test,lein test,clojure test,ctest,bats,zig build test,stack test,cabal test,schemathesis,newman run,"
    "pact-verifier,karate"
)

TEST_ACTIONS = _list("cypress-io/github-action,schemathesis/action,testspace-com/setup-testspace")

LINTERS = _list(
    "ruff,flake8,black,isort,pylint,mypy,pyright,basedpyright,ty,pycodestyle,pydocstyle,pre-commit,prek,autopep8,yapf,pyre,pytype,"
    "eslint,prettier,biome,tsc,next lint,standard,xo,stylelint,oxlint,ng lint,deno lint,deno fmt,svelte-check,vue-tsc,dprint,"
    "golangci-lint,go vet,gofmt,gofumpt,staticcheck,revive,cargo clippy,cargo fmt,rustfmt,rubocop,standardrb,brakeman,erb_lint,"
    "phpstan,psalm,phpcs,php-cs-fixer,pint,ktlint,detekt,checkstyle,dotnet format,megalinter,trunk check,credo,mix format,swiftlint"
)

LINT_ACTIONS = _list(
    "psf/black,astral-sh/ruff-action,chartboost/ruff-action,pre-commit/action,golangci/golangci-lint-action,"
    "super-linter/super-linter,github/super-linter,oxsecurity/megalinter,wearerequired/lint-action,biomejs/setup-biome,reviewdog,"
    "j178/prek-action,trunk-io/trunk-action,actions-rs/clippy-check,dominikh/staticcheck-action,jakebailey/pyright-action,"
    "py-actions/flake8,creyD/prettier_action"
)

IMAGE_BUILDS = _list(
    "docker build,docker buildx build,docker buildx bake,docker image build,docker-compose build,docker compose build,podman build,"
    "buildah bud,buildah build,nerdctl build,kaniko,executor,/kaniko/executor,pack build,gcloud builds submit,ko build,ko publish,"
    "jib:build,earthly,img build,skaffold build,skaffold run,heroku container:push,az acr build,docker-compose push,"
    "spring-boot:build-image,depot build,nixpacks build"
)

IMAGE_BUILD_ACTIONS = _list(
    "docker/build-push-action,docker/bake-action,redhat-actions/buildah-build,aws-actions/amazon-ecr-build,"
    "whoan/docker-build-with-cache-action,elgohr/Publish-Docker-Github-Action,mr-smithers-excellent/docker-build-push,"
    "depot/build-push-action,Docker@2,Docker@1,ko-build/setup-ko,int128/kaniko-action,aevea/action-kaniko"
)

IMAGE_PUSHES = _list(
    "docker push,docker image push,docker-compose push,docker compose push,podman push,buildah push,skopeo copy,crane push,"
    "crane copy,oras push,nerdctl push,heroku container:push,gcloud builds submit,az acr build,ko publish,ko build,"
    "docker manifest push,regctl image copy"
)

DEPLOYS = _list(
    "kubectl apply,kubectl set image,kubectl rollout restart,kubectl create,kubectl replace,kubectl patch,oc apply,oc rollout,"
    "helm upgrade,helm install,helmfile apply,helmfile sync,kustomize edit set image,skaffold run,skaffold deploy,argocd app sync,"
    "argocd app set,flux reconcile,terraform apply,tofu apply,terragrunt apply,terragrunt run-all apply,pulumi up,cdk deploy,"
    "cdktf deploy,sam deploy,serverless deploy,sls deploy,gcloud run deploy,gcloud run services update,gcloud app deploy,"
    "gcloud functions deploy,gcloud deploy,gcloud compute instances update-container,aws ecs update-service,aws ecs deploy,"
    "ecs deploy,ecs-deploy,aws lambda update-function-code,aws cloudformation deploy,aws cloudformation update-stack,aws s3 sync,"
    "aws deploy create-deployment,aws elasticbeanstalk update-environment,aws apprunner start-deployment,"
    "aws apprunner update-service,eb deploy,copilot deploy,copilot svc deploy,az webapp deploy,az webapp up,"
    "az webapp config container set,az containerapp update,az containerapp up,az functionapp deployment,az deployment group create,"
    "az staticwebapp,flyctl deploy,fly deploy,vercel --prod,vercel deploy,netlify deploy,heroku container:release,git push heroku,"
    "git push dokku,railway up,railway deploy,firebase deploy,wrangler deploy,wrangler publish,wrangler pages deploy,"
    "wrangler pages publish,deployctl deploy,surge,ansible-playbook,cap deploy,cap production deploy,dep deploy,kamal deploy,"
    "mrsk deploy,nomad job run,nomad run,docker stack deploy,doctl apps create-deployment,doctl apps update,cf push,waypoint up,"
    "zappa deploy,zappa update,chalice deploy,modal deploy,koyeb,northflank,render deploys create,scalingo,gh-pages,mkdocs gh-deploy,"
    "caprover deploy,up deploy,clever deploy,platform push,supabase functions deploy,supabase db push,convex deploy"
)

DEPLOY_ACTIONS = _list(
    "google-github-actions/deploy-cloudrun,google-github-actions/deploy-appengine,google-github-actions/deploy-cloud-functions,"
    "google-github-actions/create-cloud-deploy-release,aws-actions/amazon-ecs-deploy-task-definition,aws-actions/aws-lambda-deploy,"
    "aws-actions/aws-cloudformation-github-deploy,awslabs/aws-app-runner-deploy,awslabs/amazon-app-runner-deploy,"
    "einaregilsson/beanstalk-deploy,azure/webapps-deploy,azure/functions-action,azure/k8s-deploy,azure/container-apps-deploy-action,"
    "azure/static-web-apps-deploy,azure/arm-deploy,amondnet/vercel-action,vercel/action,superfly/flyctl-actions,"
    "akhileshns/heroku-deploy,peaceiris/actions-gh-pages,actions/deploy-pages,JamesIves/github-pages-deploy-action,"
    "appleboy/ssh-action,easingthemes/ssh-deploy,burnett01/rsync-deployments,nwtgck/actions-netlify,cloudflare/wrangler-action,"
    "cloudflare/pages-action,FirebaseExtended/action-hosting-deploy,w9jds/firebase-action,digitalocean/app_action,"
    "digitalocean/action-doctl-deploy,johnbeynon/render-deploy-action,bervProject/railway-deploy,dokku/github-action,"
    "steebchen/kubectl,actions-hub/kubectl,deliverybot/helm,koslib/helm-eks-action,pulumi/actions,serverless/github-action,"
    "dflook/terraform-apply,dflook/tofu-apply,hashicorp/tfc-workflows-github/actions/apply-run,SamKirkland/FTP-Deploy-Action,"
    "wlixcc/SFTP-Deploy-Action,appleboy/scp-action,garygrossgarten/github-action-ssh,AzureWebApp@1,AzureRmWebAppDeployment@4,"
    "KubernetesManifest@1,HelmDeploy@0,AzureFunctionApp@2"
)

SCANNERS = _list(
    "trivy,grype,snyk,pip-audit,safety,osv-scanner,npm audit,yarn audit,yarn npm audit,pnpm audit,bun audit,cargo audit,cargo deny,"
    "bundle audit,bundler-audit,govulncheck,composer audit,gitleaks,trufflehog,detect-secrets,ggshield,kingfisher,bandit,semgrep,"
    "opengrep,gosec,brakeman,codeql,checkov,tfsec,kics,terrascan,kubesec,kube-linter,kube-score,conftest,opa,zizmor,docker scout,"
    "dependency-check,clair,dockle,dotnet list package --vulnerable,uv audit,poetry audit,sonar-scanner,nancy,anchore-cli,polaris,"
    "kyverno,horusec,retire,auditjs"
)

SCAN_ACTIONS = _list(
    "aquasecurity/trivy-action,anchore/scan-action,snyk/actions,pypa/gh-action-pip-audit,google/osv-scanner-action,"
    "github/codeql-action,actions/dependency-review-action,gitleaks/gitleaks-action,trufflesecurity/trufflehog,"
    "GitGuardian/ggshield-action,returntocorp/semgrep-action,semgrep/semgrep,bridgecrewio/checkov-action,aquasecurity/tfsec-action,"
    "checkmarx/kics-github-action,zizmorcore/zizmor-action,woodruffw/zizmor,docker/scout-action,golang/govulncheck-action,"
    "ossf/scorecard-action,securego/gosec,rustsec/audit-check,EmbarkStudios/cargo-deny-action,SonarSource,sonarsource,"
    "PyCQA/bandit-action,tj-actions/bandit,step-security/harden-runner,goodwithtech/dockle-action,fossas/fossa-action,veracode,"
    "dependency-check/Dependency-Check_Action,stackrox/kube-linter-action,open-policy-agent/setup-opa,instrumenta/conftest-action,"
    "security/gemnasium,template:security"
)
