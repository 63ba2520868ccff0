MATCH (b:SluiceBlock)
WHERE b.table = $table AND b.major >= $from AND b.major <= $to
RETURN b.major AS major, b.block AS block, b.cells AS cells
