package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot builds the command tree. Every flag can also be given in the environment: --data is AROBASE_DATA.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "arobase",
		Short: "The open ledger of the label Territoires, Villes et Villages Internet",
		Long: `Arobase is the open ledger of the label "Territoires, Villes et Villages Internet",
which gives French local authorities one to five at-signs (@) a year since 1999.

It keeps what sources say as immutable records, answers who holds what and how
that moved, with the sources of every figure, and serves a log that anyone can
verify.

Every flag can be given in the environment: --data is AROBASE_DATA.
Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 verification failed.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			if err := withVault(cmd); err != nil {
				return err
			}
			return withStore(cmd)
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(
		newServe(), newInit(), newImport(), newPost(), newRegister(), newErase(), newVault(),
		newTrends(), newShow(), newPalmares(), newReconcile(), newEvents(),
		newBackup(), newRestore(), newCopy(), newExport(), newLog(), newVerify(), newAudit(), newCheck(), newToken(), newHolds(), newSimulate(), newConfig(), newVersion(), newCompletion(),
	)
	return root
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return usagef("there is no command %q", args[0])
	}
	return usagef("%s takes no argument, not %q", cmd.CommandPath(), args[0])
}

// atLeast and exactly say in words what is missing.
func atLeast(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return usagef("%s needs %s", cmd.CommandPath(), what)
		}
		return nil
	}
}

func between(low, high int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < low || len(args) > high {
			return usagef("%s needs %s", cmd.CommandPath(), what)
		}
		return nil
	}
}

// environmentName is the variable of a flag.
func environmentName(flag string) string {
	return "AROBASE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment sets the flags that were not given from their variables, and notes where each value comes from.
func fromEnvironment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" || err != nil {
			return
		}
		name := environmentName(f.Name)
		value, ok := os.LookupEnv(name)
		if !ok {
			return
		}
		if e := flags.Set(f.Name, value); e != nil {
			err = usagef("%s=%q: %w", name, value, e)
			return
		}
		f.Annotations = map[string][]string{originAnnotation: {"environment " + name}}
	})
	return err
}

// originAnnotation notes on a flag where its value comes from.
const originAnnotation = "arobase-origin"

func originOf(f *pflag.Flag) string {
	if o := f.Annotations[originAnnotation]; len(o) == 1 {
		return o[0]
	}
	if f.Changed {
		return "flag --" + f.Name
	}
	return "default"
}

// dataFlag adds --data, and --vault for what may lie elsewhere.
func dataFlag(cmd *cobra.Command) *string {
	vaultFlag(cmd.Flags())
	return cmd.Flags().String("data", "./arobase-data", "the `directory` of the ledger")
}

// listing is the flag -o of commands that give rows.
func listing(cmd *cobra.Command) *string {
	return cmd.Flags().StringP("output", "o", "table", "how to print: table, json, jsonl or csv")
}

func checkOutput(o string) error {
	switch o {
	case "table", "json", "jsonl", "csv":
		return nil
	}
	return usagef("-o is table, json, jsonl or csv, not %q", o)
}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: "Print a completion script for a shell",
		Long: `Print a completion script for a shell. For bash:

    source <(arobase completion bash)`,
		Args: between(1, 1, "one shell: bash, zsh, fish or powershell"), ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return usagef("no completion for the shell %q", args[0])
		},
	}
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of this program", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), versionLine())
			return err
		},
	}
}
