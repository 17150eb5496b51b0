// A server that speaks MongoDB's protocol and keeps its data in files of SQLite, for the test of the generated backup and its restore drill.
// Usage: ferretdb ADDRESS FOLDER, both of this machine. It tells nobody that it runs.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/build/version"
	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: ferretdb ADDRESS FOLDER")
	}
	// It calls itself the newest 7.0, and knows nothing of an option of inserts that 7.0 got in a patch; mongorestore goes by the version.
	info := version.Get()
	info.MongoDBVersion = "7.0.0"
	if err := info.MongoDBVersionArray.Set(2, int32(0)); err != nil {
		log.Fatal(err)
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: os.Args[1]},
		Handler:   "sqlite",
		SQLiteURL: "file:" + os.Args[2] + "/",
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := server.Run(ctx); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
