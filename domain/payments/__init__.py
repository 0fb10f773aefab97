"""Money: charges, payments, waivers and refunds."""
