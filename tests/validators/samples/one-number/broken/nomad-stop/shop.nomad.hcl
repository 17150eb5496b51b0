job "shop" {
  type = "service"

  group "web" {
    task "web" {
      kill_timeout = "20s"
    }
  }
}
