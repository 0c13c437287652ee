package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Print every setting of serve with where it comes from",
		Long: `Print every setting of serve with its value and where it comes from: a flag, the
environment, or the default.`,
		Args: noArgs,
	}
	serve := newServe()
	cmd.Flags().AddFlagSet(serve.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		tw := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "setting\tvalue\tfrom\tenvironment")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", f.Name, f.Value, originOf(f), environmentName(f.Name))
			}
		})
		return tw.Flush()
	}
	return cmd
}
