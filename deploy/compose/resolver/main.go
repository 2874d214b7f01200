// Resolves a compose file as Docker Compose does, with the same library, and prints the project as JSON.
//
// The library's own command checks the schema only and forgets the environment; a project that Docker would refuse
// passes it. Usage: resolver FILE..., with the variables of the file in the environment.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func resolve(files []string) ([]byte, error) {
	options, err := cli.NewProjectOptions(files,
		cli.WithOsEnv,
		cli.WithInterpolation(true),
		cli.WithResolvedPaths(true),
		cli.WithNormalization(true),
		cli.WithConsistency(true),
	)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}

func main() {
	resolved, err := resolve(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(resolved))
}
