"""Once an agreement has been sent or signed: what people hold, the amendments, the certificate, the hours that count."""
