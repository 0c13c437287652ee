package drawing

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// Code is a QR code as a path of one-unit squares.
type Code struct {
	Side   int // with its quiet border
	Path   string
	Spoken string
}

// CodeOf draws an address as a QR code that still reads with a seventh of it spoiled, as a panel outdoors will be. An
// address that is too long for one is an error.
func CodeOf(address string) (Code, error) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("drawing an address: %w", err)
	}
	const border = 4
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+border, y+border)
			}
		}
	}
	return Code{Side: code.Size + 2*border, Path: path.String()}, nil
}
