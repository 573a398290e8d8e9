def write(path, into):
    pass
