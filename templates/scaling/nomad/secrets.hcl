      # The settings that are secret; a changed value restarts the instances one after the other within the minute.
{=% if store == "vault" %=}
      # The client fetches them; the program itself holds no token.
      vault {
        env          = false
        disable_file = true
      }

{=% endif %=}
      template {
        destination          = "secrets/settings.env"
        env                  = true
        change_mode          = "restart"
        splay                = "60s"
        error_on_missing_key = true

        data = <<-EOT
{=% if store == "vault" %=}
          {{ with secret "secret/data/{= path =}-${var.environment}" }}
{=% for name in names %=}
          {= name =}={{ .Data.data.{= name =} | toJSON }}
{=% endfor %=}
          {{ end }}
{=% else %=}
          {{ with nomadVar "nomad/jobs" }}
{=% for name in names %=}
          {= name =}={{ .{= name =} | toJSON }}
{=% endfor %=}
          {{ end }}
{=% endif %=}
        EOT
      }
